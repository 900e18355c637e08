import { describe, expect, it } from '@jest/globals';
import { RoundHistory } from '../../../lib/timing/round-history.js';

const REFUSED = new Error('refused');

describe('RoundHistory', () => {
  let elapsed = 0;
  const newHistory = (): RoundHistory => {
    elapsed = 0;
    return new RoundHistory(
      () => 1_000 + elapsed,
      () => elapsed,
    );
  };

  it('has no rounds at first', () => {
    expect(newHistory().status).toEqual({
      lastSuccessAt: null,
      consecutiveFailures: 0,
      failingForMs: 0,
      lastFailureAgoMs: null,
      lastError: undefined,
      isWholeStage: false,
    });
  });

  it('counts failures in a row, and dates them from the first', () => {
    const history = newHistory();
    history.succeeded();
    for (elapsed = 100; elapsed <= 300; elapsed += 100) history.failed(REFUSED);
    elapsed = 350;
    expect(history.status).toEqual({
      lastSuccessAt: 1_000,
      consecutiveFailures: 3,
      failingForMs: 250,
      lastFailureAgoMs: 50,
      lastError: REFUSED,
      isWholeStage: true,
    });
  });

  it('begins anew after a success, and keeps the last error', () => {
    const history = newHistory();
    history.failed(REFUSED);
    elapsed = 10;
    history.succeeded();
    expect(history.status).toMatchObject({
      lastSuccessAt: 1_010,
      consecutiveFailures: 0,
      failingForMs: 0,
      lastError: REFUSED,
      isWholeStage: false,
    });
  });

  it('counts a round that throws as failed, and throws the same', async () => {
    const history = newHistory();
    await expect(history.observe(() => Promise.reject(REFUSED))).rejects.toBe(REFUSED);
    expect(history.status).toMatchObject({ consecutiveFailures: 1, lastError: REFUSED });
  });

  it('counts a round as failed in which all that was tried was refused', async () => {
    const history = newHistory();
    const round = (): Promise<string> => {
      history.noteRefusal(new Error('another'), 1);
      history.noteRefusal(REFUSED, 2);
      return Promise.resolve('ended');
    };
    expect(await history.observe(round)).toBe('ended');
    await history.observe(round);
    expect(history.status).toMatchObject({ consecutiveFailures: 2, lastError: REFUSED });
  });

  it('counts a round as succeeded in which something succeeded, whatever else was refused', async () => {
    const history = newHistory();
    history.failed(REFUSED);
    await history.observe(() => {
      history.noteRefusal(REFUSED, 1);
      history.noteSuccess();
      return Promise.resolve();
    });
    expect(history.status).toMatchObject({ consecutiveFailures: 0, lastSuccessAt: 1_000 });
  });

  it('does not blame the stage for a row that is refused again and again', async () => {
    const history = newHistory();
    for (let round = 0; round < 100; round++) {
      await history.observe(async () => history.noteRefusal(REFUSED, 7));
      history.failed(REFUSED, [8]);
      history.failed(REFUSED, []);
    }
    expect(history.status).toMatchObject({ consecutiveFailures: 300, isWholeStage: false });
  });

  it('blames the stage once five rows were refused and none succeeded', () => {
    const history = newHistory();
    for (let row = 1; row <= 4; row++) history.failed(REFUSED, [row]);
    history.succeeded();
    for (let row = 5; row <= 8; row++) history.failed(REFUSED, [row]);
    expect(history.status.isWholeStage).toBe(false);
    history.failed(REFUSED, [9]);
    expect(history.status.isWholeStage).toBe(true);
    history.succeeded();
    expect(history.status.isWholeStage).toBe(false);
  });

  it('blames the stage for an error that concerns no row', () => {
    const history = newHistory();
    history.failed(REFUSED, [1]);
    expect(history.status.isWholeStage).toBe(false);
    history.failed(REFUSED);
    history.failed(REFUSED, [1]);
    expect(history.status.isWholeStage).toBe(true);
  });

  it('changes nothing by a round that tried nothing', async () => {
    const history = newHistory();
    history.failed(REFUSED);
    const before = history.status;
    await history.observe(() => Promise.resolve());
    expect(history.status).toEqual(before);
  });
});
