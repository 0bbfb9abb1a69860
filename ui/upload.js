// A file over the limit is refused here, before it travels; the server checks again.
(() => {
  const { limit, words } = JSON.parse(document.getElementById('graft-words').textContent);
  const told = () => words[document.documentElement.lang] ?? words.en;
  const megabytes = bytes => (bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
  const check = event => {
    const box = event.target.closest?.('.g-upload');
    if (!box) return;
    box.parentElement.querySelector(':scope > .g-refused')?.remove();
    const files = [...(event.dataTransfer?.files ?? event.target.files ?? [])];
    const large = files.find(file => file.size > limit);
    if (!large) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === 'change') event.target.value = '';
    const note = document.createElement('div');
    note.className = 'g-message g-bad g-refused';
    note.setAttribute('role', 'alert');
    const values = { name: large.name, size: megabytes(large.size) };
    note.textContent = told().refusal.replace(/{(name|size)}/g, (_, name) => values[name]);
    box.insertAdjacentElement('afterend', note);
  };
  document.addEventListener('change', check, true);
  document.addEventListener('drop', check, true);
})();
