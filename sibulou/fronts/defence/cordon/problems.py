"""What can go wrong with roads, their files and what stands on them. Nothing is kept of a file that is refused."""

from __future__ import annotations

from sibulou.lib.problem import Problem


class RoadsUnreadable(Problem):
    """A file of roads or a boundary cannot be opened."""

    number = "422.300"
    zh = "读不了文件 {file}：{reason_zh}。请核对路径和权限后重试；库中的路网没有改动。"
    en = "The file {file} cannot be read: {reason}. Check path and rights and try again; the roads kept are unchanged."


class RoadsBroken(Problem):
    """The file begins like one of its kind and does not go on so."""

    number = "422.301"
    zh = "文件 {file} 已损坏：{where_zh}。请重新导出或重新下载后再导入；库中的路网没有改动。"
    en = "The file {file} is broken: {where}. Export or download it again; the roads kept are unchanged."


class RoadsOfNoKind(Problem):
    """The name of the file says nothing known about what is in it."""

    number = "422.302"
    zh = "不认识文件 {file} 的格式。请用 .geojson（或 .json）、.osm 或 .osm.pbf 文件。"
    en = "The kind of the file {file} is not known. Use a .geojson (or .json), .osm or .osm.pbf file."


class RoadsTooBig(Problem):
    """More than one county has."""

    number = "422.303"
    zh = "文件 {file} 过大：{size}，最多 {most}。请先按县界裁剪，再导入。"
    en = "The file {file} is too big: {size}, and {most} at most. Export the county alone and try again."


class NoRoads(Problem):
    """A file without a single road."""

    number = "422.304"
    zh = "文件 {file} 里没有道路。请核对是否导出了道路图层（线，highway 属性）；库中的路网没有改动。"
    en = "There is no road in {file}. Export the roads (lines with a highway); the roads kept are unchanged."


class RoadsElsewhere(Problem):
    """The roads and the boundary do not meet."""

    number = "422.305"
    zh = "{file} 的道路都在县界以外（道路约在东经 {roads}，县界约在 {boundary}）。请核对县界文件、经纬度顺序和坐标系。"
    en = (
        "All roads of {file} lie outside of the boundary (roads near {roads}, boundary near {boundary}). Check the "
        "boundary's file, the order of longitude and latitude, and the datum."
    )


class NoDegrees(Problem):
    """Coordinates that are no longitude and latitude."""

    number = "422.306"
    zh = "文件 {file} 的坐标 {found} 不是经度、纬度。请转换为 WGS-84 或 GCJ-02 的经纬度（经度在前，单位为度）后再导入。"
    en = (
        "The coordinates {found} in {file} are no longitude and latitude. Use degrees of WGS-84 or GCJ-02, longitude "
        "first, and import again."
    )


class SwappedDegrees(Problem):
    """Latitude stands before longitude."""

    number = "422.307"
    zh = "文件 {file} 的坐标 {found} 把纬度写在了经度前面。GeoJSON 规定经度在前，请调换后再导入。"
    en = "The coordinates {found} in {file} have latitude first. GeoJSON has longitude first: change it."


class OtherDatum(Problem):
    """The file names a datum that was not asked for."""

    number = "422.308"
    zh = "文件 {file} 写明的坐标系是 {found}。只能导入 WGS-84 或 GCJ-02 的经纬度，请先转换。"
    en = "The file {file} says that its coordinates are {found}. Use degrees of WGS-84 or GCJ-02."


class NoBoundary(Problem):
    """A boundary without an area."""

    number = "422.309"
    zh = "文件 {file} 里没有县界。请用含一个面（Polygon 或 MultiPolygon）的 GeoJSON 文件。"
    en = "There is no boundary in {file}. Use a GeoJSON file with a Polygon or MultiPolygon in it."


class NoPbfReader(Problem):
    """The reader of PBF files is not installed."""

    number = "503.300"
    zh = "没有安装 PBF 读取组件。请运行 pip install 'sibulou[roads]'，或改用同一区域的 .osm 或 .geojson 文件。"
    en = "The reader of PBF files is not installed. Run pip install 'sibulou[roads]', or use an .osm or .geojson file."


class NoCountyOfRoads(Problem):
    """Roads belong to a county."""

    number = "422.310"
    zh = "路网按县导入，{area} 不是县级区域。请换成所属的县（市、区）。"
    en = "Roads are imported by county, and {area} is none. Name the county that it lies in."


class OffAnyRoad(Problem):
    """A post, a seal or a village too far from every road."""

    number = "422.311"
    zh = "{name} 离最近的道路有 {metres} 米，超过 {limit} 米。请改正位置；地图上确实缺这条路的，先补画这条路。"
    en = (
        "{name} is {metres} m from the nearest road, and {limit} m is the most. Correct its position; if the map lacks "
        "the road, add it first."
    )


class NoRoadsYet(Problem):
    """Nothing can be proven without roads."""

    number = "409.300"
    zh = "{county} 还没有导入路网。请先运行 sibulou roads import，或在“卡口封控”页导入。"
    en = "No roads of {county} have been imported yet. Run sibulou roads import, or import them on the cordon's page."


class NoPlaceOnEarth(Problem):
    """A longitude or latitude that was typed wrongly."""

    number = "422.312"
    zh = "“{given}”不是经纬度。请填经度和纬度（度），例如 102.162, 24.671。"
    en = "“{given}” is no position. Give longitude and latitude in degrees, such as 102.162, 24.671."


class LineTooShort(Problem):
    """A way needs two ends."""

    number = "422.313"
    zh = "一条路至少要有两个点。请每行填一个点：经度, 纬度。"
    en = "A way has at least two points. Give one point a line: longitude, latitude."


class OwnSeal(Problem):
    """Whoever asked for a road to be sealed does not grant it."""

    number = "409.301"
    zh = "申请封路和批准封路不能是同一人。请由 {role} 或另一位有权限的人批准。"
    en = "Whoever asked for the road to be sealed cannot grant it. Have {role} or another person with the right do so."


class SealAnswered(Problem):
    """A seal that was granted or ended already."""

    number = "409.302"
    zh = "这处封路已经处理过了。请刷新页面看现在的状态。"
    en = "This seal was answered already. Reload the page to see how it stands."


class NothingToPlace(Problem):
    """A file without a single place."""

    number = "422.314"
    zh = "文件里没有位置。每行应为：卡点编号或村代码,经度,纬度。"
    en = "There is no place in the file. Write lines: number of a post or code of a village, longitude, latitude."
