// Loads the page anew in the language that was chosen, or goes to where people sign in, with the ticket of the form that
// was put away; the page opens on the same tab. A Space stands in a frame of another site, which keeps only such cookies as
// are made out below.
leaving => {
  if (!leaving) return;
  const [whereto, ticket] = leaving.split(' ');
  const away = whereto.startsWith('/');
  const seconds = away ? 900 : 10;  // people may look for their password
  const open = document.querySelector('#tabs button[role=tab][aria-selected=true]');
  const framed = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  const keep = (name, value, seconds) => {
    document.cookie = `${name}=${value}; path=/; max-age=${seconds}; ${framed}`;
  };
  if (!away) keep('graft_language', whereto, 365 * 86400);
  keep('graft_tab', open.id.replace(/^tab-|-button$/g, ''), seconds);
  keep('graft_form', ticket, seconds);
  if (away) location.assign(whereto); else location.reload();
}
