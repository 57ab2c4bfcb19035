const colours = ["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a"];
const height = 260;
// Four digits; small numbers as 1.2e-6, so that they have room.
const text = value => {
  if (value === null || value === undefined) {
    return "";
  }
  const rounded = Number(value.toPrecision(4));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : rounded.toString();
};
const thousands = value => value.toString().replace(/\B(?=(\d{3})+$)/g, ",");

// A logarithmic axis has no place for zero and less.
const isPositive = chart =>
    Object.values(chart.series).flat().every(value => value === null || value > 0);

// Quantiles lie around their middle in ever paler colours.
const spreadColours = count => Array.from({ length: count }, (_, i) =>
    i === (count - 1) / 2 ? "#0969da" : i === 0 || i === count - 1 ? "#b6d4f5" : "#7fb3ee");

function draw(place, chart) {
  const names = Object.keys(chart.series);
  const strokes = chart.spread ? spreadColours(names.length) : colours;
  const bands = chart.spread ? [
    { series: [names.length, 1], fill: "#0969da14" },
    { series: [names.length - 1, 2], fill: "#0969da2e" },
  ] : [];
  const options = {
    width: place.clientWidth,
    height,
    scales: { x: { time: false }, y: { distr: chart.logarithmic && isPositive(chart) ? 3 : 1 } },
    axes: [
      { label: "step", labelSize: 22, space: 60, values: (plot, ticks) => ticks.map(thousands) },
      { size: 62, label: chart.unit || undefined, labelSize: 22, values: (plot, ticks) => ticks.map(text) },
    ],
    series: [{ label: "step", value: (plot, step) => step === null || step === undefined ? "" : thousands(step) },
      ...names.map((name, i) => ({
        label: name,
        value: (plot, value) => text(value),
        stroke: strokes[i % strokes.length],
        width: 1.5,
        spanGaps: true,
        points: { show: chart.steps.length < 40, size: 5 },
      }))],
    bands: names.length >= 5 ? bands : [],
  };
  return new uPlot(options, [chart.steps, ...Object.values(chart.series)], place);
}

const plots = [...document.querySelectorAll(".chart")].map(place => [place, draw(place, charts[place.dataset.chart])]);
addEventListener("resize", () => {
  for (const [place, plot] of plots) {
    plot.setSize({ width: place.clientWidth, height });
  }
});
