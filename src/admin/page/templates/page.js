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
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
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
  if (!fresh || part.contains(document.activeElement)) return;
  part.replaceChildren(...fresh.childNodes);
  enhance(part);
}

// <section id data-live="SECONDS">: asked for again while somebody looks.
for (const part of document.querySelectorAll('[data-live]')) {
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

enhance(document);
