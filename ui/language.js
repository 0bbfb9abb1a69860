// Loads the page anew in the language that was chosen, on the same tab, with the ticket of the form that was put away. A
// Space stands in a frame of another site, which keeps only such cookies as are made out below.
leaving => {
  if (!leaving) return;
  const [language, ticket] = leaving.split(' ');
  const open = document.querySelector('#tabs button[role=tab][aria-selected=true]');
  const framed = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  const keep = (name, value, seconds) => {
    document.cookie = `${name}=${value}; path=/; max-age=${seconds}; ${framed}`;
  };
  keep('graft_language', language, 365 * 86400);
  keep('graft_tab', open.id.replace(/^tab-|-button$/g, ''), 10);
  keep('graft_form', ticket, 10);
  location.reload();
}
