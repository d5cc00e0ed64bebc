/** Scripts that run in a world of their own beside the page. They give no event to the page and ask nothing of the site. */

/** Where typing would go in this frame; null when the frame has no focus. A field keeps its number as long as its document lives. */
export const FOCUS = `(() => {
  if (!document.hasFocus()) return null;
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body || at === document.documentElement) return { kind: 'none', field: '', value: '', secret: false };
  if (at.tagName === 'IFRAME' || at.tagName === 'FRAME') return null;
  const self = globalThis;
  self.handFields ??= { names: new WeakMap(), next: 0, document: Math.random().toString(36).slice(2) };
  if (!self.handFields.names.has(at)) self.handFields.names.set(at, self.handFields.next++);
  const field = self.handFields.document + ':' + self.handFields.names.get(at);
  const written = at.tagName === 'TEXTAREA' || (at.tagName === 'INPUT' && !/^(button|submit|reset|checkbox|radio|file|image|range|color)$/.test(at.type));
  if (written) {
    const hint = at.autocomplete || '';
    const secret = at.type === 'password' || /password|one-time-code|cc-(number|csc)/.test(hint) ||
      /text-security:\\s*(disc|circle|square)/.test(at.getAttribute('style') || '') || getComputedStyle(at).webkitTextSecurity !== 'none' && getComputedStyle(at).webkitTextSecurity !== undefined;
    return { kind: 'text', field, name: at.name || at.id || '', value: at.value, secret };
  }
  if (at.isContentEditable) return { kind: 'text', field, value: at.innerText, secret: false };
  // A closed shadow root, or a page that listens to keys itself: what is typed there cannot be read back.
  return { kind: /^(A|BUTTON|SELECT|INPUT|SUMMARY|VIDEO|AUDIO)$/.test(at.tagName) ? 'none' : 'unknown', field, value: '', secret: false };
})()`;

/** The focused field shows dots from now on, in every picture and film. */
export const VEIL = `(() => {
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  if (at && at.style && (at.tagName === 'INPUT' || at.tagName === 'TEXTAREA' || at.isContentEditable)) at.style.setProperty('-webkit-text-security', 'disc', 'important');
  return true;
})()`;

/**
 * Puts marks in the place of secrets in every text, attribute and field of the frame, and keeps doing so while copies are made,
 * because a page may write its text again. Answers how many places it changed at once.
 */
export function maskScript(pairs: [string, string][]): string {
  return `(() => {
  const pairs = ${JSON.stringify(pairs)};
  const self = globalThis;
  const masked = (text) => { let out = text; for (const [secret, mark] of pairs) if (out.includes(secret)) out = out.split(secret).join(mark); return out; };
  let count = 0;
  const one = (node) => {
    if (node.nodeType === 3 || node.nodeType === 8) { const to = masked(node.nodeValue); if (to !== node.nodeValue) { node.nodeValue = to; count++; } return; }
    if (node.nodeType !== 1) return;
    for (const { name, value } of [...node.attributes]) { const to = masked(value); if (to !== value) { node.setAttribute(name, to); count++; } }
    if ((node.tagName === 'INPUT' && node.type !== 'file') || node.tagName === 'TEXTAREA') {
      const whole = node.tagName === 'INPUT' && node.type === 'password' && node.value !== '' && !node.value.startsWith('[redacted:');
      const to = whole ? '[redacted:password]' : masked(node.value);
      if (to !== node.value) { node.value = to; count++; }
    }
  };
  const all = (root) => {
    const walker = document.createTreeWalker(root, 133);
    for (let node = walker.currentNode; node; node = walker.nextNode()) { one(node); if (node.shadowRoot) all(node.shadowRoot); }
  };
  const title = masked(document.title);
  if (title !== document.title) { document.title = title; count++; }
  all(document);
  if (self.handMask) clearInterval(self.handMask);
  self.handMask = setInterval(() => all(document), 150);
  return count;
})()`;
}
