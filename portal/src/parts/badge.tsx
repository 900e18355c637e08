import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'neutral';

/** A state as a word with a mark: the colour only repeats what the word and the mark say. */
export const Badge = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`badge badge-${tone}`}>
    <span class="badge-mark" aria-hidden="true">
      {MARKS[tone]}
    </span>
    {children}
  </span>
);

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', warn: '!', info: '…', neutral: '–' };
