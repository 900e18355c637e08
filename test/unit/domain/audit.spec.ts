import { describe, expect, it } from '@jest/globals';
import { COMMAND_KINDS, differences, isActor } from '../../../lib/domain/audit.js';

describe('The actor of a change', () => {
  it.each(['a', 'Ane Å. Berg', 'owner@shop.example', 'x'.repeat(255), 'system ', 'a\u{1f600}b'])(
    'may be %p',
    (actor) => expect(isActor(actor)).toBe(true),
  );

  it.each([
    ['empty', ''],
    ['longer than 255 characters', 'x'.repeat(256)],
    ['the name that the module uses for its own changes', 'system'],
    ['text with a line break, which could forge a second log line', 'ane\nroot'],
    ['text with a lone surrogate, which a database would refuse', 'x\ud800'],
    ['not text', 7],
    ['missing', undefined],
  ])('may not be %s', (_what, actor) => expect(isActor(actor)).toBe(false));
});

describe('The changes of an entry', () => {
  const change = (from: unknown, to: unknown) => ({ field: 'f', from, to });

  it('are the fields whose JSON values differ, in the order given', () => {
    const fields = [
      change(1, 2),
      change('a', 'a'),
      change(null, 0),
      change([{ key: 'x' }], [{ key: 'x' }]),
      change([{ key: 'x' }], [{ key: 'y' }]),
    ];
    expect(differences(fields)).toEqual([fields[0], fields[2], fields[4]]);
  });

  it('have a kind of their own for each command', () => {
    expect(COMMAND_KINDS).toEqual({
      pause: 'TRANSPORT_PAUSED',
      resume: 'TRANSPORT_RESUMED',
      disable: 'TRANSPORT_DISABLED',
      enable: 'TRANSPORT_ENABLED',
    });
  });
});
