#!/bin/sh
# build.sh FOLDER ADDRESS...: JAX-WS client from the descriptions at the addresses, into FOLDER/classes.
# -extension: without it wsimport leaves ports of SOAP 1.2 out, as the standard of JAX-WS calls them.
set -eu
here=$(dirname "$0")
folder=$1
shift
mkdir -p "$folder/source" "$folder/classes"
for address; do
    wsimport -quiet -extension -Xnocompile -s "$folder/source" -d "$folder/source" "$address?wsdl"
done
find "$folder/source" -name '*.java' > "$folder/sources"
javac -nowarn -cp "/usr/share/java/jaxws-rt.jar:/usr/share/jaxws/lib/*" -d "$folder/classes" "@$folder/sources" "$here/Client.java"
