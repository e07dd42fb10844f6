// The admin page in a real browser: sign-in, the guide's walk, axe on every page, screenshots. Started by .ci/browser.
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [program, tools, shots, chromium_path] = process.argv.slice(2);
const require = createRequire(path.join(tools, 'x.js'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let passed = 0;
const failures = [];
function check(what, is_so, detail = '') {
  if (is_so) { passed += 1; return; }
  failures.push(what);
  console.log(`FAILED: ${what} ${detail}`);
}

const config = path.join(shots, 'config.toml');
fs.writeFileSync(config, '[defaults.features]\ngroup_provisioning = false\n');
const server = spawn(program, ['serve', '--ephemeral', '--until-stdin-closes', '--config', config], { stdio: ['pipe', 'pipe', 'inherit'] });
const ready = JSON.parse(await new Promise((resolve) => server.stdout.once('data', (line) => resolve(line.toString()))));
const root = new URL(ready.admin_url).origin;
const here = `${root}/admin/organizations/default`;

const browser = await chromium.launch({ executablePath: chromium_path, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, bypassCSP: false });
const page = await context.newPage();
const problems = [];
page.on('pageerror', (error) => problems.push(error.message));
page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of 400')) problems.push(message.text()); });
page.on('request', (request) => { if (!request.url().startsWith(root) && !request.url().startsWith('data:')) problems.push(`asked ${request.url()}`); });
page.on('dialog', (dialog) => dialog.accept());

async function says(text) { return (await page.textContent('main')).includes(text); }

try {
  await page.goto(ready.admin_url);
  check('the sign-in link opens the overview', (await page.title()).startsWith('Overview'));

  await page.click('nav a:text-is("Security")');
  await page.click('summary:has-text("Create a token")');
  await page.fill('#token-name', 'PingOne');
  await page.click('button:has-text("Create token")');
  const token = await page.textContent('section[aria-label="New token"] code');
  check('a token is shown once', token.startsWith('rollcall_scim_'));

  await page.check('input[name="group_provisioning"]');
  await page.click('button:has-text("Save")');
  check('group provisioning is switched on', (await says('The settings are saved')) && (await page.isChecked('input[name="group_provisioning"]')));

  await page.click('nav a:text-is("Mapping Rules")');
  await page.click('text=Add it, with a preview');
  check('the form proposes Match All → Team with auto-approve', (await page.isChecked('input[value="all"]')) && (await page.isChecked('input[name="auto_approve"]')));
  await page.check('input[value="prefix"]');
  await page.fill('#pattern', '(');
  await page.fill('#exclude', '[');
  await page.waitForSelector('#preview .problem', { timeout: 5000 }).then(() => check('the preview follows what is typed', true), () => check('the preview follows what is typed', false));
  await page.fill('#exclude', '');
  await page.check('input[value="all"]');
  await page.waitForSelector('#preview section', { timeout: 5000 });
  await page.press('#pattern', 'Enter');
  check('Enter in a field previews and saves nothing', page.url().endsWith('/rules/preview') && (await says('What would happen')));
  await page.click('button:has-text("Save only")');
  check('the rule is there', await says('every group'));

  const folder = path.join(shots, 'source');
  fs.rmSync(folder, { recursive: true, force: true });
  spawnSync(program, ['provision', 'init', folder]);
  const connection = path.join(folder, 'connection.toml');
  fs.writeFileSync(connection, fs.readFileSync(connection, 'utf8').replace('http://127.0.0.1:8080', root));
  const provision = () => spawnSync(program, ['provision', 'sync', folder], { env: { ...process.env, SCIM_TOKEN: token }, encoding: 'utf8' });
  const first = provision();
  check('provision succeeds', first.status === 0, first.stdout + first.stderr);

  await page.click('nav a:text-is("SCIM Groups")');
  check('pushed groups are approved', (await says('Sales')) && (await says('Engineering')) && (await says('auto approved')));
  await page.click('nav a:text-is("Teams")');
  await page.click('main >> text=Engineering');
  check('members are in the team', await says('joe@example.com'));

  const directory = path.join(folder, 'directory.toml');
  fs.writeFileSync(directory, fs.readFileSync(directory, 'utf8').replace('"Sales"', '"Selling"'));
  const rule = path.join(folder, 'rule.toml');
  fs.writeFileSync(rule, fs.readFileSync(rule, 'utf8').replace('"Sales"', '"Selling"'));
  const second = provision();
  check('a second sync succeeds', second.status === 0, second.stdout + second.stderr);
  await page.goto(`${here}/teams`);
  check('the team of the new name is there', await says('Selling'));

  const api = (method, target, body) => fetch(`${ready.api_url}/organizations/default${target}`, { method, headers: { Authorization: `Bearer ${ready.api_token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) }).then((answer) => (answer.status === 204 ? null : answer.json()));
  const scim = (method, target, body) => fetch(`${ready.scim_base_url}${target}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' }, body: JSON.stringify(body) }).then((answer) => answer.json());
  await api('POST', '/mapping-rules', { kind: 'prefix', pattern: 'CG ', target_type: 'concurrency_group', priority: 5, auto_approve: true });
  const users = (await api('GET', '/users')).items;
  for (const name of ['CG fast', 'CG slow']) {
    await scim('POST', '/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: name, members: users.map((user) => ({ value: user.id })) });
  }
  await page.goto(`${here}/conflicts`);
  check('a conflict is a card', (await says('CG fast against CG slow')) && (await says('Keep Current')));
  await page.screenshot({ path: path.join(shots, 'conflicts-light.png'), fullPage: true });
  await page.click('article >> nth=0 >> text=Use Incoming');
  check('a conflict is decided', await says('Decided: they get what the incoming group gives'));
  await page.click('nav a:text-is("People")');
  await page.click('main >> text=jane@example.com');
  check('the person is explained in words', (await says('CG slow')) && (await page.locator('ol.words li').count()) > 2);

  const group = (await api('GET', '/groups')).items[0].id;
  const team = (await api('GET', '/teams')).items[0].id;
  await page.goto(`${here}/groups/${group}`);
  await page.click('summary:has-text("Map it to something")');
  await page.selectOption('#target', 'sub_organization');
  check('names are suggested of the kind that is chosen', (await page.getAttribute('#name', 'list')) === 'names-sub_organization');
  const request = (await api('GET', '/requests')).items?.[0]?.id;
  const paths = ['', '/groups', `/groups/${group}`, '/rules', '/rules/new', '/rules/run', '/conflicts', '/conflicts?status=resolved', '/people', `/people/${users[0].id}`, '/teams', `/teams/${team}`,
    '/concurrency-groups', '/sub-organizations', '/requests', request && `/requests/${request}`, '/events', '/security', '/admins', '/connect', '/connect?provider=entra'];
  for (const scheme of ['light', 'dark']) {
    for (const width of [1200, 360]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      for (const target of paths.filter((target) => target !== undefined)) {
        const answer = await page.goto(here + target);
        check(`${target || '/'} answers`, answer.status() === 200, `${answer.status()}`);
        const name = `${scheme}-${width}${target.replaceAll(/[^a-z]+/g, '-').slice(0, 24)}.png`;
        await page.screenshot({ path: path.join(shots, name), fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        check(`${target || '/'} fits into ${width} px`, wide <= 0, `${wide} px too wide`);
        // axe comes from the test, past the page's policy, in a world of its own.
        const session = await context.newCDPSession(page);
        const { frameTree } = await session.send('Page.getFrameTree');
        const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
        await session.send('Runtime.evaluate', { expression: axe, contextId: executionContextId });
        const run = await session.send('Runtime.evaluate', { expression: 'axe.run(document).then((found) => JSON.stringify(found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html)])))', contextId: executionContextId, awaitPromise: true, returnByValue: true });
        const found = JSON.parse(run.result.value ?? '["axe did not run"]');
        check(`axe finds nothing on ${target || '/'} in ${scheme} at ${width} px`, found.length === 0, JSON.stringify(found));
        await session.detach();
      }
    }
  }

  await page.goto(`${here}/connect`);
  const isInView = () => { const box = document.querySelector('.sections [aria-current]').getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; };
  check('the menu of a phone shows the current section', await page.evaluate(isInView));
  await page.setViewportSize({ width: 1200, height: 800 });
  await page.goto(`${here}/events`);
  await page.click('#live details >> nth=0');
  await page.click('h1');
  await page.waitForResponse((answer) => answer.url().endsWith('/events'), { timeout: 10000 });
  await page.waitForTimeout(500);
  check('an open event stays open while the list lives on', (await page.locator('#live details[open]').count()) === 1);
  await page.focus('#live a');
  check('a list that waits says so', await page.waitForSelector('.paused', { timeout: 2000 }).then(() => true, () => false));

  const plain = await (await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() })).newPage();
  await plain.goto(`${here}/teams`);
  await plain.fill('#name', 'Without script');
  await plain.click('button:has-text("Create")');
  check('forms work without JavaScript', (await plain.textContent('main')).includes('is created'));

  await page.setViewportSize({ width: 1200, height: 800 });
  await page.goto(here);
  await page.keyboard.press('Tab');
  check('the first stop of the keyboard skips to the content', (await page.evaluate(() => document.activeElement.textContent)) === 'Skip to the content');
  await page.click('button:has-text("Sign out")');
  check('signing out ends at the sign-in page', page.url().includes('/admin/sign-in'));
  await page.goto(`${here}/people`);
  check('nobody sees a page without signing in', page.url().includes('/admin/sign-in'));
  check('no script failed, nothing was blocked, no other host was asked', problems.length === 0, JSON.stringify(problems));
} catch (error) {
  failures.push(String(error));
  console.log(`FAILED: ${error.stack}`);
} finally {
  await browser.close();
  server.stdin.end();
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length ? 1 : 0);
