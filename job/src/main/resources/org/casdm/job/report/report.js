const colours = ["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a"];
const text = value => value === null || value === undefined ? "" : Number(value.toPrecision(4)).toString();
const plots = [];
for (const place of document.querySelectorAll(".chart")) {
  const chart = charts[place.dataset.chart];
  const names = Object.keys(chart.series);
  const columns = [chart.steps, ...names.map(name => chart.series[name])];
  // A logarithmic axis has no place for zero and less.
  const positive = names.every(name => chart.series[name].every(value => value === null || value > 0));
  const options = {
    width: place.clientWidth,
    height: 300,
    scales: { x: { time: false }, y: { distr: chart.logarithmic && positive ? 3 : 1 } },
    axes: [{ label: "step" }, { size: 70, values: (plot, ticks) => ticks.map(text) }],
    series: [{ label: "step", value: (plot, step) => text(step) }, ...names.map((name, i) => ({
      label: name,
      value: (plot, value) => text(value),
      stroke: colours[i % colours.length],
      width: 1.5,
      spanGaps: true,
      points: { show: chart.steps.length < 40 },
    }))],
  };
  plots.push([place, new uPlot(options, columns, place)]);
}
addEventListener("resize", () => {
  for (const [place, plot] of plots) {
    plot.setSize({ width: place.clientWidth, height: 300 });
  }
});
