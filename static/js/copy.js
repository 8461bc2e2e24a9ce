// A button that copies what stands in a field: data-copy names the field, data-copied is what the button says then.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // without HTTPS there is no clipboard; what is selected can be copied all the same
  }
  button.querySelector("span").textContent = button.dataset.copied;
});
