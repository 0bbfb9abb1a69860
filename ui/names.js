// Names what Gradio leaves without a name, or with one that tells nothing, for people who can't see it: each upload
// after what it is for; the input of a list with several choices after its title, and the crosses in it after what they
// take away; the menu of the tabs that a narrow window has no room for. And it makes one group of the buttons of each
// choice: Gradio gives every radio button a name of its own, so that the arrow keys would lead from none to the next.
(() => {
  const { words } = JSON.parse(document.getElementById('graft-words').textContent);
  const name = (element, text) => {
    if (text && element.getAttribute('aria-label') !== text) element.setAttribute('aria-label', text);
  };
  const text = element => element?.textContent.trim() ?? '';
  const look = () => {
    const told = words[document.documentElement.lang] ?? words.en;
    for (const button of document.querySelectorAll('.g-upload button[aria-label]')) {
      const title = text(button.closest('.g-card').querySelector('h2').firstChild);
      name(button, told.label.replace('{title}', () => title));
    }
    for (const input of document.querySelectorAll('.secondary-wrap input:not([role])')) {
      name(input, text(input.closest('.block').querySelector('[data-testid=block-info]')));
    }
    for (const cross of document.querySelectorAll('.token .token-remove')) {
      name(cross, `${cross.title.replace(/\s*\d+$/, '')} ${text(cross.parentElement.querySelector('span'))}`);
    }
    for (const all of document.querySelectorAll('.token-remove.remove-all')) name(all, all.title);
    for (const choice of document.querySelectorAll('.wrap:has(> label > input[type=radio])')) {
      const [first, ...others] = choice.querySelectorAll('input[type=radio]');
      for (const other of others) if (other.name !== first.name) other.name = first.name;
    }
    const menu = document.querySelector('.overflow-menu > button');
    if (menu) name(menu, told.tabs);
  };
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; look(); });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
