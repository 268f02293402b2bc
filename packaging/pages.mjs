// Pages as a package shows them: nobody who reads them there has the project's folder beside them.

/** A picture on a line of its own, with the line's end. */
const PICTURE = /^!\[[^\]]*\]\([^)]*\)\n/gm;
/** A link to a file of the project; what begins with a scheme or an anchor is none. */
const LINK = /\[([^\]]*)\]\((?![a-z]+:|#)[^)]*\)/gi;
const COMMENT = /^<!--.*-->\n\n?/gm;

/**
 * A page without what only works beside the project's folder: pictures and comments are taken out, links to files become their words.
 * @param {string} text Markdown
 * @returns {string}
 */
export const withoutProject = text =>
  text
    .replace(PICTURE, '')
    .replace(COMMENT, '')
    .replace(LINK, '$1')
    .replace(/\n{3,}/g, '\n\n');

/**
 * The README of an extension's package. Where the project says where it is published, the packer makes links and pictures absolute; else they would
 * lead nowhere, and are taken out.
 * @param {string} text the project's README
 * @param {{ repository?: unknown }} project
 * @returns {string}
 */
export const packagedReadme = (text, { repository }) =>
  repository === undefined ? `${withoutProject(text)}\nPages whose names begin with docs/ lie with the project’s source.\n` : text;

/**
 * The changelog of a package, likewise.
 * @param {string} text the project's changelog
 * @param {{ repository?: unknown }} project
 * @returns {string}
 */
export const packagedChangelog = (text, { repository }) => (repository === undefined ? withoutProject(text) : text);
