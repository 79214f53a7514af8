/** Rows of named cells as a table of aligned columns, for terminals. */

export type Cell = number | string | boolean;

/** Columns in order of first appearance; numbers right-aligned and rounded to four significant digits. */
export function formatTable(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => formatCell(row[column])));
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((line) => (line[i] as string).length)));
  const isNumeric = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'));
  const format = (line: readonly string[]): string =>
    line.map((cell, i) => (isNumeric[i] === true ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number))).join('  ').trimEnd();
  return [format(columns), format(widths.map((width) => '─'.repeat(width))), ...cells.map(format)].join('\n');
}

function formatCell(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return typeof cell === 'number' && !Number.isInteger(cell) ? String(Number(cell.toPrecision(4))) : String(cell);
}
