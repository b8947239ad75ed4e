from libs.common.migrate import run_environment

run_environment()
