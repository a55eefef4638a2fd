import { render, screen } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { Chart } from '../../src/dashboard/parts/chart.js';

vi.mock('../../src/dashboard/parts/plot.js', () => {
  throw new Error('the daemon does not answer');
});

it('Chart says that it could not be loaded, and keeps its table', async () => {
  render(<Chart title="Frames" at={[0, 60_000]} lines={[{ label: 'door', values: [5, 10] }]} />);
  expect(await screen.findByText('The chart could not be loaded; the table has its values.')).toBeTruthy();
  expect(screen.getByText('10')).toBeTruthy();
});
