/** An ordering key of a lane, as a place to go on from. */
export interface KeyPlace {
  readonly transportId: number;
  readonly orderingKey: string;
}

export interface Swept<Place> {
  /** Transports of which something had to be put right. */
  readonly repaired: readonly number[];
  /** Where to go on; undefined: that was all. */
  readonly next: Place | undefined;
}

export interface SweepRequest<Place> {
  /** Strictly after this one. */
  readonly after: Place;
  /** How many are looked at, whatever is found. */
  readonly limit: number;
  /** The database's clock, ms since the epoch. */
  readonly now: number;
}

/**
 * Looks for what no correct program leaves behind, a bounded piece in each call, and puts it right. What is in order is
 * read and not written.
 */
export interface SweepStore {
  /**
   * Lanes that nobody holds and nobody will look at, although they have something due. They are told.
   *
   * @param request.dueBefore what is due only now may be on its way to be told
   */
  tellForgottenLanes(request: SweepRequest<number> & { readonly dueBefore: number }): Promise<Swept<number>>;

  /** Ordering keys of which the first delivery is parked, so behind nothing. It becomes due. */
  freeStrandedKeys(request: SweepRequest<KeyPlace>): Promise<Swept<KeyPlace>>;
}
