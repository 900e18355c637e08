import { describe, expect, it } from '@jest/globals';
import { inlineParameters } from '../../../lib/persistence/migrations/inline-parameters.js';

describe('the parameters of a statement in a script', () => {
  it.each([
    ['VALUES ($2, $1)', [7, "Till's"], "VALUES ('Till''s', 7)"],
    ['VALUES (?, ?)', [7, 'a'], "VALUES (7, 'a')"],
    ['SELECT 1', [], 'SELECT 1'],
  ])('are literals: %s', (sql, parameters, expected) => {
    expect(inlineParameters(sql, parameters)).toBe(expected);
  });

  it('are refused unless there are as many as placeholders', () => {
    expect(() => inlineParameters('VALUES (?)', [1, 2])).toThrow(/2 parameters for 1 placeholders/);
  });

  it('are refused unless they are numbers or texts', () => {
    expect(() => inlineParameters('VALUES (?)', [new Date()])).toThrow(/type object/);
  });
});
