import { classify } from '../../persistence/driver-errors.js';

/**
 * Runs a statement that serves many lanes. One row that the database refuses to read or write fails it for all of them: then it
 * runs over halves, until the lane at fault stands alone.
 *
 * @param run the statement, with all that follows from its result: what was done stays done if a later half fails
 * @param refused called for each lane at fault
 * @throws any other error, such as a lost connection
 */
export async function inHalves<Item>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<void>,
  refused: (item: Item, error: unknown) => void,
): Promise<void> {
  if (items.length === 0) return;
  try {
    await run(items);
  } catch (error) {
    if (classify(error) !== 'refused') throw error;
    if (items.length === 1) return refused(items[0]!, error);
    const half = items.length >> 1;
    await inHalves(items.slice(0, half), run, refused);
    await inHalves(items.slice(half), run, refused);
  }
}
