// Makes pages nicer; every page works without it.
'use strict';

// Times in the reader's own zone; the tooltip has UTC.
function localize(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = format.format(at);
  }
}

function offerCopies(root) {
  for (const button of root.querySelectorAll('button[data-copy]')) {
    const words = [...button.childNodes];
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.replaceChildren('Copied');
      setTimeout(() => button.replaceChildren(...words), 2000);
    });
  }
}

function enhance(root) {
  localize(root);
  offerCopies(root);
}

// The part of a page that this page's own address, or an answer to a form, has under the same id.
async function refresh(part, answer) {
  // What is wrong with a form is told under 400 or 409, on the same page.
  if (![200, 400, 409].includes(answer.status)) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
  if (!fresh || isHeld(part)) return;
  const open = new Set([...part.querySelectorAll('details[open] > summary')].map((summary) => summary.textContent));
  part.replaceChildren(...fresh.childNodes);
  for (const summary of part.querySelectorAll('details > summary')) {
    if (open.has(summary.textContent)) summary.parentElement.open = true;
  }
  enhance(part);
}

// Whether somebody is at work in a part: its elements must stay.
function isHeld(part) {
  const selection = document.getSelection();
  const isSelected = selection && !selection.isCollapsed && (part.contains(selection.anchorNode) || part.contains(selection.focusNode));
  return isSelected || part.contains(document.activeElement);
}

// <section id data-live="SECONDS">: asked for again while somebody looks.
for (const part of document.querySelectorAll('[data-live]')) {
  const status = document.createElement('p');
  status.setAttribute('role', 'status');
  part.after(status);
  const tell = () => {
    const text = isHeld(part) ? 'Paused while the keyboard is in the list or text of it is selected.' : '';
    if (status.textContent === text) return;
    status.textContent = text;
    status.className = text && 'paused';
  };
  for (const happening of ['focusin', 'focusout', 'selectionchange']) document.addEventListener(happening, () => setTimeout(tell));
  setInterval(async () => {
    if (!document.hidden) await refresh(part, await fetch(location.href, { credentials: 'same-origin' })).catch(() => {});
  }, Number(part.dataset.live) * 1000);
}

// <form data-preview="ID">: the button that previews is pressed while somebody types, and its answer's part ID is shown. So it
// is at once, where the page leaves it to later.
for (const form of document.querySelectorAll('form[data-preview]')) {
  const part = document.getElementById(form.dataset.preview);
  const button = form.querySelector('button[data-previews]');
  let timer = 0;
  let asked = 0;
  const preview = async () => {
    const mine = ++asked;
    const address = button.formAction || form.action;
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(new FormData(form)), credentials: 'same-origin' });
    if (mine === asked) await refresh(part, answer);
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(preview, 300);
  });
  if (part.querySelector('[data-later]')) preview();
}

// <select data-names="ID">: the field ID suggests the names of <datalist id="names-VALUE">.
for (const select of document.querySelectorAll('select[data-names]')) {
  const suggest = () => document.getElementById(select.dataset.names).setAttribute('list', `names-${select.value}`);
  select.addEventListener('change', suggest);
  suggest();
}

// <button data-confirm="QUESTION">
document.addEventListener('submit', (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// <input type="checkbox" data-all="NAME">: ticks all boxes of that name in its form.
for (const all of document.querySelectorAll('input[data-all]')) {
  all.hidden = false;
  all.addEventListener('change', () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
  });
}

// On narrow screens the menu is one line: the current section is scrolled into it.
const menu = document.querySelector('.sections');
const current = menu?.querySelector('[aria-current]');
if (current) menu.scrollLeft = current.offsetLeft - (menu.clientWidth - current.offsetWidth) / 2;

enhance(document);
