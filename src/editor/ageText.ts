import { t } from '../common/translation';

/**
 * How long ago an instant lies, in the coarsest unit that says enough: `just now`, `5 min ago`, `2 h ago`, `3 d ago`.
 * An instant in the future (clocks differ between machines) reads as `just now`; text that is no instant as `at an unknown time`.
 */
export function ageText(instant: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(instant)) / 1000;
  if (Number.isNaN(seconds)) return t('at an unknown time');
  if (seconds < 60) return t('just now');
  if (seconds < 3600) return t('{0} min ago', Math.floor(seconds / 60));
  if (seconds < 48 * 3600) return t('{0} h ago', Math.floor(seconds / 3600));
  return t('{0} d ago', Math.floor(seconds / 86_400));
}
