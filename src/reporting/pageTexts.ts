/** Id of the element in which the panel's page finds its texts in the language of the editor, as JSON. */
export const TEXTS_ELEMENT = 'boundlens-texts';
