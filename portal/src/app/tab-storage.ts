/**
 * Values that this tab keeps until it is closed. A browser may forbid this storage, for instance in a frame of another site if
 * the user blocks all cookies. Then nothing is kept, and the portal works until the page is reloaded.
 */
export const tabStorage = {
  read: (key: string): string | null => attempt(() => sessionStorage.getItem(key)) ?? null,
  write: (key: string, value: string): void => attempt(() => sessionStorage.setItem(key, value)),
  remove: (key: string): void => attempt(() => sessionStorage.removeItem(key)),
};

/** Reading the property `sessionStorage` itself throws if it is forbidden. */
function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
