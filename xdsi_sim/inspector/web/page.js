// What every page has: buttons that copy, files that are chosen, and keys that lead to neighbours.

const said = (button, text) => {
  const before = button.textContent;
  button.textContent = text;
  setTimeout(() => { button.textContent = before; }, 1500);
};

/** The text that a button copies: its own, or that of the element it names. */
const textOf = (button) => button.dataset.copy ?? document.getElementById(button.dataset.copyOf).textContent;

/** Show the buttons that work only with scripts. */
export function uncover(part) {
  for (const button of part.querySelectorAll("button[data-copy], button[data-copy-of]")) button.hidden = false;
}

uncover(document);

// A file is read here, into the field from which the form sends it.
for (const chooser of document.querySelectorAll("input[type=file][data-into]")) {
  chooser.closest("[hidden]").hidden = false;
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (file) document.getElementById(chooser.dataset.into).value = await file.text();
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-copy-of]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(textOf(button));
    said(button, "Copied");
  } catch {
    said(button, "Select it and copy"); // the browser does not let pages write there
  }
});

for (const button of document.querySelectorAll("button[data-fold]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.dataset.fold === "open";
    for (const details of document.querySelectorAll(`#${button.dataset.of} details`)) details.open = open;
  });
}
