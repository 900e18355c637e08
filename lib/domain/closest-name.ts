/** Maximum number of edits between a misspelt name and the name that was meant: one per three characters of the longer one. */
const CHARACTERS_PER_EDIT = 3;

/**
 * The known name that a misspelt name probably means, for messages such as `Did you mean "manager"?`.
 *
 * The distance is the number of insertions, deletions, substitutions and swaps of neighbouring characters; upper and
 * lower case count as equal.
 *
 * @param name the name that was given
 * @param names the names that are known; on a tie the first one wins
 * @returns undefined if every known name is further away than one edit per three characters
 */
export function closestOf(name: string, names: Iterable<string>): string | undefined {
  let closest: string | undefined;
  let fewest = Infinity;
  for (const candidate of names) {
    const most = Math.floor(Math.max(name.length, candidate.length) / CHARACTERS_PER_EDIT);
    // At least as many edits are needed as the lengths differ. This check also bounds the work for a very long name.
    if (Math.abs(name.length - candidate.length) > most) continue;
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits > most || edits >= fewest) continue;
    fewest = edits;
    closest = candidate;
  }
  return closest;
}

/** Optimal string alignment distance, with three rows of the usual table. */
function editsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, substitution);
      // False for the first characters: nothing comes before them, and `undefined` equals no character.
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwap) edits = Math.min(edits, beforeLast[j - 2]! + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}
