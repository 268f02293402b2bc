import assert from 'node:assert/strict';
import type { RunRecord } from '../../../src/runs/record';
import { shareDone, timeLeft } from '../../../src/runs/timeLeft';
import { fakeRecord, fakeResults, fakeTrial } from './fakes';

const NOW = Date.parse('2025-01-01T01:00:00.000Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const progress = (fraction: number) => ({ phase: 'pre-training', fraction, step: 1, steps: 2 });

const finished = (arm: string, seconds: number) =>
  fakeRecord({ state: 'finished', startedAt: ago(seconds + 5), endedAt: ago(5) }, fakeTrial(arm));
const running = (arm: string, seconds: number, fraction: number) =>
  fakeRecord({ state: 'running', startedAt: ago(seconds), progress: progress(fraction) }, fakeTrial(arm));
const told = (record: RunRecord, secondsLeft: number) => ({ ...record, progress: { ...record.progress!, secondsLeft } });
const took = (record: RunRecord, seconds: number) => ({ ...record, results: { ...fakeResults, seconds } });
const queued = (arm: string) => fakeRecord({}, fakeTrial(arm));
const pretrained = (record: RunRecord): RunRecord => ({
  ...record,
  trial: { ...record.trial, objective: { kind: 'masked autoencoder' } as RunRecord['trial']['objective'] },
});

describe('time left', () => {
  const rows: readonly (readonly [why: string, records: RunRecord[], jobs: number, seconds: number | undefined])[] = [
    ['nothing is known at the start', [queued('a'), queued('b')], 2, undefined],
    ['a run that has hardly begun says nothing', [running('a', 1, 0.001)], 1, undefined],
    ['a running run goes on at its pace', [running('a', 30, 0.25)], 1, 90],
    ['a waiting run takes as long as its arm did', [finished('a', 40), finished('b', 10), queued('a')], 1, 40],
    ['else as runs with the same objective', [pretrained(finished('a', 40)), finished('b', 10), pretrained(queued('c'))], 1, 40],
    ['one without pre-training at most as any', [pretrained(finished('a', 40)), queued('c')], 1, 40],
    ['but not the other way round', [finished('a', 40), pretrained(queued('c'))], 1, undefined],
    ['jobs share the work', [finished('a', 40), queued('a'), queued('a'), queued('a'), queued('a')], 2, 80],
    ['but one run is not shared', [finished('a', 40), queued('a')], 4, 40],
    ['a run that takes longer than others did has no negative time', [finished('a', 10), running('a', 30, 0)], 1, 0],
    ['a trainer’s own figure goes before the clock', [told(running('a', 30, 0.25), 50)], 1, 50],
    ['also where its clock is an hour behind', [told(running('a', 3630, 0.25), 90)], 1, 90],
    ['or an hour ahead', [told(running('a', -3570, 0.25), 90)], 1, 90],
    ['a waiting run then takes as long as the other as a whole', [told(running('a', -3570, 0.25), 90), queued('a')], 2, 120],
    ['without such a figure a clock that is ahead says nothing', [running('a', -3570, 0.25)], 1, undefined],
    ['a finished run tells how long it took, whatever the clock did meanwhile', [took(finished('a', -3560), 40), queued('a')], 1, 40],
    ['and without that, one that ended before it began says nothing', [finished('a', -3560), queued('a')], 1, undefined],
    ['nothing is left when all is over', [finished('a', 40), fakeRecord({ state: 'failed' })], 1, 0],
  ];
  for (const [why, records, jobs, seconds] of rows) it(why, () => assert.equal(timeLeft(records, jobs, NOW), seconds));

  it('counts every run the same', () => {
    assert.equal(shareDone([finished('a', 1), queued('a'), running('a', 1, 0.5), fakeRecord({ state: 'failed' })]), 2.5 / 4);
    assert.equal(shareDone([]), 1);
  });
});
