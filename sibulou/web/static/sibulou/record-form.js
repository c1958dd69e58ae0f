// Shows the questions that the answers so far call for. The server decides; without this module all of them stand there.
const form = document.querySelector("form[data-record]");

async function look() {
  const said = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Look": "1" } });
  if (!said.ok) return;
  const { shown } = await said.json();
  for (const field of form.querySelectorAll("[data-conditional]")) {
    field.hidden = !shown.includes(field.dataset.conditional);
  }
}

if (form?.querySelector("[data-conditional]")) {
  form.addEventListener("change", look);
  look();
}
form?.addEventListener("submit", () => {
  // A second tap would be "repeated" and harmless; this only spares the wait.
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
addEventListener("pageshow", () => form?.querySelectorAll("button").forEach((button) => { button.disabled = false; }));
