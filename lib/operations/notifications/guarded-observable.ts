import { types } from 'node:util';
import { Observable, type Observer, type Operator, type Subscription } from 'rxjs';

type Handler = (...args: never[]) => unknown;

/**
 * An observable whose subscribers cannot harm the process. RxJS throws the error of a subscriber again where nobody can
 * catch it, and an async subscriber that rejects is an unhandled rejection: each would end the process. Here both are
 * passed to `onError`, also behind operators.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    source: Observable<T>,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.source = source;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this as unknown as Observable<R>, this.onError);
    lifted.operator = operator as Operator<unknown, R>;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator of RxJS or a promise: what it calls in the end is guarded by itself.
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext);
    const observer =
      typeof observerOrNext === 'function' || !observerOrNext
        ? { next: observerOrNext, error, complete }
        : observerOrNext;
    return super.subscribe({
      next: (value) => this.#guarded(observer, observer.next, value),
      error: (thrown: unknown) =>
        observer.error ? this.#guarded(observer, observer.error, thrown) : this.onError(thrown),
      complete: () => this.#guarded(observer, observer.complete),
    });
  }

  #guarded(observer: object, handler: Handler | null | undefined, ...args: unknown[]): void {
    try {
      const result = handler?.apply(observer, args as never[]);
      if (types.isPromise(result)) result.catch((error: unknown) => this.onError(error));
    } catch (error) {
      this.onError(error);
    }
  }
}

/** Also of another copy of RxJS, so it is not enough to look at the class. */
const isSubscriber = (value: unknown): value is Partial<Observer<never>> =>
  typeof value === 'object' && value !== null && 'add' in value && 'unsubscribe' in value && 'next' in value;
