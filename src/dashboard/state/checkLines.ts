import type { Check } from '../api/model.js';
import { texts } from '../texts.js';

/** A check behind a verdict, for people. */
export interface CheckLine {
  label: string;
  meaning: string;
  value: string;
  /** Null where the value has no limit. */
  needs: string | null;
  passed: boolean;
}

/** A check in plain words. One without words here keeps its own text. */
export function checkLine({ name, value, limit, passed, text }: Check): CheckLine {
  const [label, meaning] = texts.checks[name] ?? [name, ''];
  if (value === null) return { label, meaning, value: text.replace(`${name} `, ''), needs: null, passed };
  // `size 123 px >= 60 px`: the numbers as they were written apart, with their unit.
  const [, shown, sign, bound] = /^.*? (-?[\d.e-]+\D*?) (>=|<=|<|>) (.+)$/.exec(text) ?? [];
  if (limit === null || shown === undefined)
    return { label, meaning, value: text.replace(`${name} `, ''), needs: null, passed };
  const isLeast = sign === '>=' || sign === '<';
  return { label, meaning, value: aboveZero(shown, value), needs: `${isLeast ? '≥' : '≤'} ${bound}`, passed };
}

/** `< 0.0001` in place of `0.0000`, where the value is not 0. */
function aboveZero(shown: string, value: number): string {
  return value > 0 && /^0\.0+$/.test(shown) ? `< ${shown.slice(0, -1)}1` : shown;
}
