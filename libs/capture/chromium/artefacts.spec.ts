import type { Protocol } from 'puppeteer';
import { htmlOf, textOf } from './artefacts';

type Node = Protocol.DOM.Node;
const node = (given: Partial<Node>): Node => ({
  nodeId: 0,
  backendNodeId: 0,
  nodeType: 1,
  nodeName: '',
  localName: '',
  nodeValue: '',
  ...given,
});
const words = (nodeValue: string) => node({ nodeType: 3, nodeName: '#text', nodeValue });
const element = (localName: string, children: Node[] = [], given: Partial<Node> = {}) =>
  node({ localName, nodeName: localName.toUpperCase(), children, ...given });

const tree = node({
  nodeType: 9,
  nodeName: '#document',
  children: [
    node({ nodeType: 10, nodeName: 'html' }),
    element('html', [
      element('head', [element('title', [words('题')]), element('script', [words('if (a < b && c) {}')])]),
      element('body', [
        element('p', [words('一 <b> & "二"')], { attributes: ['title', 'a"<&', 'hidden', ''] }),
        element('br'),
        element('div', [words('外')], {
          shadowRoots: [node({ nodeType: 11, shadowRootType: 'closed', children: [element('i', [words('内')])] })],
        }),
        element('input', [], { shadowRoots: [node({ nodeType: 11, shadowRootType: 'user-agent', children: [words('不见')] })] }),
        element('iframe', [], { contentDocument: node({ nodeType: 9, children: [element('p', [words('框')])] }) }),
        words('尾\ud800'),
      ]),
    ]),
  ],
});

it('writes the tree as HTML that reads back as the same tree, closed shadow roots and frames inside', () => {
  expect(htmlOf(tree)).toBe(
    '<!DOCTYPE html><html><head><title>题</title><script>if (a < b && c) {}</script></head><body><p title="a&quot;&lt;&amp;" hidden="">一 &lt;b&gt; &amp; "二"</p><br>' +
      '<div><template shadowrootmode="closed"><i>内</i></template>外</div><input><iframe data-recorded-srcdoc="&lt;p>框&lt;/p>"></iframe>尾\ufffd</body></html>',
  );
});

it('reads the words in order, without scripts', () => {
  expect(textOf(tree)).toBe('一 <b> & "二"\n内外\n框\n尾\ufffd');
});
