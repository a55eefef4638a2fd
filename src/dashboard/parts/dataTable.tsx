import type { ComponentChildren } from 'preact';

export interface Column {
  title: string;
  isNumber?: boolean;
}

export interface DataRow {
  key: string | number;
  /** One per column; the first says what the row is about. */
  cells: readonly ComponentChildren[];
}

/** A table. On a narrow screen, each row is a block in which every value has its title. */
export function DataTable({ columns, rows }: { columns: readonly Column[]; rows: readonly DataRow[] }) {
  const classOf = ({ isNumber = false }: Column) => (isNumber ? 'number' : undefined);
  return (
    <table class="data">
      <thead>
        <tr>
          {columns.map((column, index) => (
            <th key={index} scope="col" class={classOf(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [subject, ...cells] }) => (
          <tr key={key}>
            <th scope="row">{subject}</th>
            {cells.map((cell, index) => {
              const column = columns[index + 1];
              return (
                <td key={index} class={classOf(column)} data-title={column.title}>
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
