// A file over the limit is refused here, before it travels; the server checks again.
(() => {
  const { limit, message } = JSON.parse(document.getElementById('graft-upload').textContent);
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
    note.textContent = message.replace('{name}', () => large.name).replace('{size}', megabytes(large.size));
    box.insertAdjacentElement('afterend', note);
  };
  document.addEventListener('change', check, true);
  document.addEventListener('drop', check, true);
})();
