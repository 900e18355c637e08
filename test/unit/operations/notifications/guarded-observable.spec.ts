import { describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, map, Subject, take } from 'rxjs';
import { GuardedObservable } from '../../../../lib/operations/notifications/guarded-observable.js';

describe('GuardedObservable', () => {
  const scene = () => {
    const subject = new Subject<number>();
    const errors: unknown[] = [];
    return { subject, errors, guarded: new GuardedObservable(subject, (error) => errors.push(error)) };
  };

  it('passes values, completion and unsubscription on, also through operators', () => {
    const { subject, guarded, errors } = scene();
    const seen: unknown[] = [];
    const subscription = guarded.subscribe((value) => seen.push(value));
    guarded
      .pipe(
        filter((value) => value > 1),
        map((value) => value * 10),
        take(1),
      )
      .subscribe({ next: (value) => seen.push(value), complete: () => seen.push('done') });
    for (const value of [1, 2, 3]) subject.next(value);
    expect(seen).toEqual([1, 2, 20, 'done', 3]);
    subscription.unsubscribe();
    subject.next(4);
    expect([seen.length, subject.observed, errors]).toEqual([5, false, []]);
  });

  it('resolves a promise of its next value', async () => {
    const { subject, guarded } = scene();
    const next = firstValueFrom(guarded);
    subject.next(7);
    expect(await next).toBe(7);
    expect(subject.observed).toBe(false);
  });

  it('calls the other subscribers after one has thrown, and that one again', () => {
    const { subject, guarded, errors } = scene();
    const seen: number[] = [];
    const thrown = new Error('thrown');
    guarded.subscribe((value) => {
      seen.push(value);
      throw thrown;
    });
    guarded.subscribe((value) => seen.push(value));
    subject.next(1);
    subject.next(2);
    expect(seen).toEqual([1, 1, 2, 2]);
    expect(errors).toEqual([thrown, thrown]);
  });

  it('calls the methods of an observer with the observer as this', () => {
    const { subject, guarded } = scene();
    class Counter {
      count = 0;
      next(value: number): void {
        this.count += value;
      }
    }
    const counter = new Counter();
    guarded.subscribe(counter);
    subject.next(3);
    expect(counter.count).toBe(3);
  });

  it('passes the error of an operator to the handler that the subscriber has', () => {
    const { subject, guarded, errors } = scene();
    const caught: unknown[] = [];
    const failing = guarded.pipe(
      map(() => {
        throw new Error('in an operator');
      }),
    );
    failing.subscribe({ error: (error: Error) => caught.push(error.message) });
    failing.subscribe();
    subject.next(1);
    expect(caught).toEqual(['in an operator']);
    expect(errors).toEqual([expect.objectContaining({ message: 'in an operator' })]);
  });
});
