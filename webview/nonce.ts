import { element } from './dom';

// The control library looks for its nonce here while it is loaded, so this module comes before it: see panel.ts.
const nonce = document.currentScript?.nonce;
if (nonce) document.head.append(element('meta', { property: 'csp-nonce', content: nonce }));
