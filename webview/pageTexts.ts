import { TEXTS_ELEMENT } from '../src/reporting/pageTexts';
import { useTranslations, type Translations } from '../src/common/translation';

// Before anything that says something: texts are looked up while modules are loaded, too. A saved report holds none and stays English.
const texts = document.getElementById(TEXTS_ELEMENT)?.textContent;
if (texts) useTranslations(JSON.parse(texts) as Translations);
