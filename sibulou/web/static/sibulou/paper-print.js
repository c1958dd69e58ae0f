// Prints a sheet, and tells the server that a copy was printed. The browser's own menu prints it as well.
const copies = document.querySelector("form[data-copies]");
document.querySelector("[data-print]")?.addEventListener("click", () => print());
addEventListener("afterprint", () => fetch(copies.action, { method: "POST", body: new FormData(copies) }));
