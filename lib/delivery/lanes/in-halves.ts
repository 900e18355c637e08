import { classify } from '../../persistence/errors/driver-errors.js';

/**
 * Runs a statement that serves many lanes. If the database refuses one row, the statement fails for all of them. It is then
 * run on halves, until the lane at fault is alone.
 *
 * @param run runs the statement and applies its result; a half that succeeded stays applied if a later one fails
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
