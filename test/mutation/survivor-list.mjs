// The list of survivors in survivors.md: for each file, reasons with the mutants to which they apply. Pure.
//
//   ### lib/domain/grouped.ts
//
//   - Reason.
//     - `function`: `text` → `changed text`

/** The reason of a survivor that nobody has explained. */
export const NO_REASON = 'No reason yet.';

/** Reads the list. @returns reasons, by file and survivor */
export function reasonsOf(markdown) {
  const reasons = new Map();
  let file = '';
  let reason = NO_REASON;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('### ')) file = line.slice(4).replaceAll('`', '');
    else if (line.startsWith('- ')) reason = line.slice(2);
    else if (line.startsWith('  - ')) reasons.set(keyOf(file, line.slice(4)), reason);
    else if (line.startsWith('  ')) reason += ` ${line.trim()}`;
  }
  return reasons;
}

/**
 * The list for these survivors. Each keeps its reason; new ones get `NO_REASON`.
 *
 * @param survivors of each file that has some
 */
export function listOf(survivors, reasons) {
  const sections = survivors.map(([file, texts]) => {
    const byReason = new Map();
    for (const text of texts) {
      const reason = reasons.get(keyOf(file, text)) ?? NO_REASON;
      byReason.set(reason, [...(byReason.get(reason) ?? [`- ${reason}`]), `  - ${text}`]);
    }
    const items = [...byReason.values()];
    return [`### \`${file}\``, '', ...items.flat()].join('\n');
  });
  return sections.join('\n\n');
}

/** The count of equal mutants does not matter: they have one reason. */
const keyOf = (file, text) => `${file} ${text.replace(/ \((?:\d+ mutants|no test runs it)\)/g, '')}`;
