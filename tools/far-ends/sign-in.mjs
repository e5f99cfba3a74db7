/** The issuer's pages. The demo people are listed, and one click signs in as any of them: never a thing for production. */
import { PAGE_HEADERS, Refused, bodyOf, escapeHtml, page } from './web.mjs';

export const SIGN_IN = '/sign-in/';

/** @param {import('./people.mjs').Person[]} people @param {string} action @param {string} [wrong] */
const signInPage = (people, action, wrong = '') =>
  page(
    'Sign in (demo)',
    `<form method="post" action="${escapeHtml(action)}"><p><label>Login <input name="login" autocomplete="username" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label> <button>Sign in</button></p>
<p role="alert">${escapeHtml(wrong)}</p></form><h2>Or sign in as</h2>
<form method="post" action="${escapeHtml(action)}">${people
      .map(
        ({ sub, login, name, note }) =>
          `<article><button name="sub" value="${escapeHtml(sub)}">${escapeHtml(name)}</button> <small>${escapeHtml(login)}${note ? ` · ${escapeHtml(note)}` : ''}</small></article>`,
      )
      .join('')}</form>`,
  );

/**
 * @param {any} provider
 * @param {import('./people.mjs').People} people
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>}
 */
export const signIn = (provider, people) => async (request, response) => {
  const show = (/** @type {number} */ status, /** @type {string} */ html) =>
    void response.writeHead(status, { ...PAGE_HEADERS, 'cache-control': 'no-store' }).end(html);
  try {
    // Throws unless the browser carries the cookie of this very sign-in, so no other site can press the buttons.
    const { uid } = await provider.interactionDetails(request, response);
    const action = `${SIGN_IN}${uid}`;
    if (request.method !== 'POST') return show(200, signInPage(people.list(), action));
    const form = new URLSearchParams((await bodyOf(request, 10_000)).toString('utf8'));
    const person = form.has('sub') ? people.bySub(form.get('sub')) : people.byPassword(form.get('login'), form.get('password'));
    if (!person) return show(401, signInPage(people.list(), action, 'Login or password is wrong.'));
    await provider.interactionFinished(request, response, { login: { accountId: person.sub } }, { mergeWithLastSubmission: false });
  } catch (error) {
    if (error instanceof Refused) return show(error.status, page('Sign in', '<p>This form is too large.</p>'));
    if (/** @type {any} */ (error).name !== 'SessionNotFound') console.error(error);
    show(400, page('Sign in', '<p>This sign-in has ended. Please go back to the application and start again.</p>'));
  }
};

/** @param {any} ctx @param {Record<string, unknown>} out */
export function errorPage(ctx, out) {
  ctx.set(PAGE_HEADERS);
  ctx.body = page('Sign in', `<p>${escapeHtml(out.error)}</p><p>${escapeHtml(out.error_description)}</p>`);
}

/** @param {any} ctx @param {string} form HTML of the library, escaped by it */
export function signOutPage(ctx, form) {
  ctx.set(PAGE_HEADERS);
  ctx.body = page('Sign out', `${form}<p><button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button> <button form="op.logoutForm">Stay</button></p>`);
}

/** @param {any} ctx */
export function signedOutPage(ctx) {
  ctx.set(PAGE_HEADERS);
  ctx.body = page('Signed out', '<p>You are signed out.</p>');
}
