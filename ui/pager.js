// Turns the pages of long tables: the rows of all are in the document, and one body of them is shown. Without scripts, as
// in a report that was saved, all are.
document.documentElement.classList.add('g-scripted');
document.addEventListener('click', event => {
  const turn = event.target.closest('.g-turns [data-turn]');
  if (!turn) return;
  const table = turn.closest('.g-paged');
  const pages = [...table.querySelectorAll('tbody')];
  const next = pages.findIndex(page => page.hasAttribute('data-here')) + Number(turn.dataset.turn);
  if (!pages[next]) return;
  pages.forEach((page, number) => page.toggleAttribute('data-here', number === next));
  table.querySelector('.g-position').textContent = pages[next].dataset.position;
  for (const button of table.querySelectorAll('[data-turn]')) {
    button.setAttribute('aria-disabled', String(!pages[next + Number(button.dataset.turn)]));
  }
});
