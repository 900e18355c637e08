import { types } from 'node:util';
import { Observable, type Observer, type Operator, type Subscription } from 'rxjs';

type Handler = (...args: never[]) => unknown;

/**
 * An observable whose subscribers cannot end the process. RxJS rethrows the error of a subscriber where it cannot be
 * caught, and an async subscriber that rejects causes an unhandled rejection: each would end the process. This class passes
 * both to `onError`. So do the observables that operators derive from it.
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
    // Here RxJS itself subscribes, on behalf of an operator or a promise. The observer at the end of a chain of operators is
    // guarded by its own subscription.
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

/** Checks the shape, because the class may come from another copy of RxJS. */
const isSubscriber = (value: unknown): value is Partial<Observer<never>> =>
  typeof value === 'object' && value !== null && 'add' in value && 'unsubscribe' in value && 'next' in value;
