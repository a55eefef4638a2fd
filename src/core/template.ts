/** What a placeholder is replaced with. */
export type TemplateValue = string | number | boolean | readonly string[] | null;

/** How values are written into a template: as JSON, as a part of a form (percent-encoded), or as they are. */
export type TemplateMode = 'json' | 'form' | 'raw';

/** Text, or a placeholder. In JSON, a placeholder inside a string becomes a part of it. */
type Part = { text: string } | { name: string; isInString: boolean };

/** A text with placeholders `{{name}}`. */
export interface Template {
  mode: TemplateMode;
  parts: readonly Part[];
}

/** The mode of a content type, such as `application/json; charset=utf-8`. */
export function templateMode(contentType: string): TemplateMode {
  const [type] = contentType.toLowerCase().split(';', 1);
  if (/[/+]json\s*$/.test(type)) return 'json';
  return type.trim() === 'application/x-www-form-urlencoded' ? 'form' : 'raw';
}

/** The mode of a body with these headers, whose names may be in any case; without a Content-Type it is JSON. */
export function bodyMode(headers: Readonly<Record<string, string>>): TemplateMode {
  const [, type = 'application/json'] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return templateMode(type);
}

/**
 * Reads a template. Takes time linear in its length.
 *
 * @param known names of placeholders
 * @throws Error with one sentence about a placeholder that is not known or not closed
 */
export function parseTemplate(text: string, mode: TemplateMode, known: readonly string[]): Template {
  const parts: Part[] = [];
  let isInString = false;
  let from = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', from)) {
    const end = text.indexOf('}}', start);
    if (end < 0) throw new Error(`"${text.slice(start, start + 20)}" has no }}; close the placeholder`);
    const name = text.slice(start + 2, end).trim();
    if (!known.includes(name))
      throw new Error(
        `{{${name.slice(0, 40)}}} is not a placeholder; known are ${known.map((one) => `{{${one}}}`).join(', ')}`,
      );
    const before = text.slice(from, start);
    if (mode === 'json') isInString = endsInString(before, isInString);
    parts.push({ text: before }, { name, isInString });
    from = end + 2;
  }
  return { mode, parts: [...parts, { text: text.slice(from) }] };
}

/** The text with values in place of the placeholders; null becomes `null` in JSON outside strings, else nothing. */
export function fillTemplate(
  { mode, parts }: Template,
  values: Readonly<Record<string, TemplateValue>>,
): string {
  return parts
    .map((part) => ('text' in part ? part.text : written(values[part.name] ?? null, mode, part.isInString)))
    .join('');
}

function written(value: TemplateValue, mode: TemplateMode, isInString: boolean): string {
  if (mode === 'json' && !isInString) return JSON.stringify(value);
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  if (mode === 'json') return JSON.stringify(text).slice(1, -1);
  // Half a surrogate pair cannot be encoded.
  return mode === 'form' ? encodeURIComponent(Buffer.from(text).toString()) : text;
}

/** Whether the end of a piece of JSON is inside a string. */
function endsInString(json: string, startsInString: boolean): boolean {
  let isInString = startsInString;
  for (let index = 0; index < json.length; index++) {
    if (json[index] === '"') isInString = !isInString;
    else if (json[index] === '\\' && isInString) index++;
  }
  return isInString;
}
