/** The name of the folder that keeps the runs of a study: the study's own, without what a file system on any of our platforms refuses. */
export function studyFolderName(study: string): string {
  const safe = study.replace(/\s*[\\/:*?"<>|\p{Cc}]+\s*/gu, ' - ').replace(/^[. -]+|[. -]+$/g, '');
  return safe === '' ? 'study' : safe;
}
