/** Whom the customer calls. */
export interface CallStore {
  readonly name: string;
  readonly phone: string;
}

export interface CustomerPage {
  /** BCP 47; also the page's. */
  readonly language: string;
  readonly heading: string;
  /** HTML; whoever makes it escapes what people wrote. */
  readonly body: string;
  readonly stores: readonly CallStore[];
  /** Before a phone number. */
  readonly call: string;
}

const style = `
:root{color-scheme:light;--line:#c9d1db;--ink:#1c2733;--deed:#0b5cad}
body{font:1.1rem/1.6 system-ui,sans-serif;color:var(--ink);background:#f3f5f8;max-width:34rem;margin:0 auto;padding:1rem}
main{background:#fff;border:1px solid var(--line);border-radius:.8rem;padding:.4rem 1.1rem 1.1rem}
h1{font-size:1.45rem;line-height:1.3}
fieldset{margin:0 0 1rem;border:1px solid var(--line);border-radius:.6rem;padding:.2rem .8rem .4rem}
legend{font-weight:600;padding:0 .3rem}
label{display:block;padding:.5rem 0}
input[type=radio]{width:1.3rem;height:1.3rem;margin:0 .5rem 0 0;vertical-align:-.2rem;accent-color:var(--deed)}
input[type=text],textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #7d8896;border-radius:.4rem}
button{display:block;width:100%;margin:.7rem 0;padding:.85rem;font:inherit;font-weight:600;border:1px solid var(--deed);border-radius:.6rem;background:#fff;color:var(--deed)}
button:first-of-type{background:var(--deed);color:#fff}
:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
footer{padding:.2rem 1.1rem}footer p{margin:.4rem 0}a{color:var(--deed)}`;

/** What a link shows on the customer's phone: HTML that an old one shows too; no script, no picture, nothing fetched. */
export const customerPage = ({ language, heading, body, stores, call }: CustomerPage): string => `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${escape(heading)}</title>
<style>${style}</style></head>
<body><main><h1>${escape(heading)}</h1>
${body}
</main><footer>${stores.map(({ name, phone }) => `<p>${escape(name)} · ${escape(call)} <a href="tel:${escape(phone.replace(/[^+\d]/g, ''))}">${escape(phone)}</a></p>`).join('\n')}</footer></body></html>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

/** For whom nothing can be done right now. Whose store and whose language it is, is not known. */
export const waitPage = customerPage({ language: 'zh-TW', heading: '請稍候一分鐘再試。', body: '<p>请稍候一分钟再试。</p><p>Please try again in a minute.</p>', stores: [], call: '' });
