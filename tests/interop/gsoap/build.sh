#!/bin/sh
# build.sh FOLDER ADDRESS...: gSOAP client from the descriptions at the addresses, as FOLDER/client.
# -d: what xs:any lets through becomes a tree; as text it would lose its default namespace.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
gsoap=/usr/share/gsoap
shift
descriptions=$(for address; do echo "$address?wsdl"; done)
cd "$folder"
# shellcheck disable=SC2086  # one word for each address
wsdl2h -c -d -L -t "$gsoap/WS/typemap.dat" -t "$here/typemap.dat" -o actors.h $descriptions
soapcpp2 -c -C -L -x -w -I "$gsoap/import" actors.h
gcc -std=gnu11 -w -I. -I"$gsoap/plugin" -o client "$here/client.c" soapC.c soapClient.c "$gsoap/plugin/wsaapi.c" -lgsoap -lcrypto
