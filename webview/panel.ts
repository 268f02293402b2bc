import './nonce';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { BoundView } from './boundView';
import { onThemeChange } from './charts/chartTheme';
import { element } from './dom';
import { HeaderView } from './headerView';
import { HeadlineView } from './headlineView';
import { listen, remember, remembered, reportErrors, tell } from './host';
import css from './panel.css';
import { receive } from './panelModel';
import { ProgressView } from './progressView';
import { ResultsView } from './resultsView';
import { TrainingView } from './trainingView';

const style = new CSSStyleSheet();
style.replaceSync(css);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

const header = new HeaderView();
const progress = new ProgressView();
const headline = new HeadlineView();
const bound = new BoundView();
const training = new TrainingView();
const results = new ResultsView();
const views = [header, progress, headline, bound, training, results];

let known: PanelSnapshot | undefined;
let painting = 0;

/** Draws at most once a frame, however many messages came. */
function repaint(): void {
  if (painting !== 0) return;
  painting = requestAnimationFrame(() => {
    painting = 0;
    if (!known) return;
    page.setAttribute('aria-busy', 'false');
    for (const view of views) view.update(known);
  });
}

const page = document.getElementById('panel') ?? document.body.appendChild(element('main'));
page.setAttribute('aria-busy', 'true');
page.append(header.root, progress.root, headline.root, element('div', { class: 'grid' }, bound.root, training.root, results.root));
reportErrors();
onThemeChange(() => {
  bound.draw();
  if (known) training.update(known);
});
listen(message => {
  known = receive(known, message);
  // Runs are remembered only where somebody chose them: else the host goes on to draw the newest.
  if (known && known.study !== remembered().study) remember({ study: known.study, selected: undefined });
  repaint();
});
const { study, selected } = remembered();
tell({ type: 'ready', study, selected });
