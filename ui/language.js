// Lets the header's buttons switch the language: the page is loaded anew, on the same tab. What has not been sent yet
// would be lost, so somebody who brought files is asked first. A Space stands in a frame of another site, which keeps
// only such cookies as are made out below.
element.addEventListener('click', event => {
  const chosen = event.target.closest('[data-language]');
  if (!chosen || chosen.ariaCurrent) return;
  if (document.querySelector('#tab-data .g-file') && !confirm(chosen.dataset.warning)) return;
  const open = document.querySelector('#tabs button[role=tab][aria-selected=true]');
  const framed = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  const keep = (name, value, seconds) => {
    document.cookie = `${name}=${value}; path=/; max-age=${seconds}; ${framed}`;
  };
  keep('graft_language', chosen.dataset.language, 365 * 86400);
  keep('graft_tab', open.id.replace(/^tab-|-button$/g, ''), 10);
  location.reload();
});
