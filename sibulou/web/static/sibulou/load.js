// Parts of a page that take long come after it: `data-load` names the address. Without this the link inside leads there.

for (const part of document.querySelectorAll("[data-load]")) {
  fetch(part.dataset.load, { headers: { "X-Part": "1" } })
    .then((response) => (response.ok && !response.redirected ? response.text() : Promise.reject(new Error(String(response.status)))))
    .then((html) => (part.innerHTML = html))
    .catch(() => part.classList.add("not-loaded"));
}
