// Opens a page once more that does not come up. Gradio shows a page when all its parts are there, asks for each of them
// once, and waits for it without end: where one is lost on the way, "Loading..." stands for good (Gradio 6.17). A page
// that was opened again already stays as it is.
(() => {
  const STILL = 10_000;  // milliseconds in which nothing comes and nothing changes
  let stirred = performance.now();
  const stir = () => { stirred = performance.now(); };
  const open = () => document.querySelector('main.contain') && !document.querySelector('.load-text');
  const again = () => {
    const [visit] = performance.getEntriesByType('navigation');
    if (!open() && visit.type !== 'reload') location.reload();
  };
  const changes = new MutationObserver(stir);
  const arrivals = new PerformanceObserver(stir);
  changes.observe(document.documentElement, { childList: true, subtree: true });
  arrivals.observe({ type: 'resource' });
  addEventListener('vite:preloadError', again);
  const look = setInterval(() => {
    if (open()) {
      clearInterval(look);
      changes.disconnect();
      arrivals.disconnect();
      removeEventListener('vite:preloadError', again);
    } else if (performance.now() - stirred > STILL) again();
  }, 1000);
})();
