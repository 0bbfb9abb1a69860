// A file over the limit is refused here, before it travels; the server checks again. And each upload says what it is
// for, where Gradio tells people who can't see it the same English words of all.
(() => {
  const { limit, words } = JSON.parse(document.getElementById('graft-upload').textContent);
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
  const name = () => {
    for (const button of document.querySelectorAll('.g-upload button[aria-label]:not([data-named])')) {
      const title = button.closest('.g-card').querySelector('h3').firstChild.textContent.trim();
      button.setAttribute('aria-label', told().label.replace('{title}', () => title));
      button.dataset.named = '';
    }
  };
  document.addEventListener('change', check, true);
  document.addEventListener('drop', check, true);
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
